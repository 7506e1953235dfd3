/* SPDX-License-Identifier: MIT */
/* Filling an asst_error. All of these take NULL for err. */
#ifndef ASST_BASE_FAIL_H
#define ASST_BASE_FAIL_H

#include <assistant/error.h>

void asst__error_clear(asst_error *err);

/* Set status and message; returns status, for "return asst__fail(...)". Issues are kept. */
int asst__fail(asst_error *err, int status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The usual "out of memory"; returns ASST_ENOMEM. */
int asst__fail_nomem(asst_error *err);

/*
 * What a plug-in of the host's answered, as a caller may be told it: as it is, or ASST_EBACKEND
 * where it is none of the library's statuses or not for a plug-in to say. The first is for
 * keyrings, catalogs and principal sources, the second for backends, which may say more.
 */
int asst__host_status(int status);
int asst__storage_status(int status);

void asst__error_set_offset(asst_error *err, size_t offset);
void asst__error_set_raw(asst_error *err, int64_t raw);

/* Add an issue; code must be static, pointer and message are copied. */
void asst__error_add_issue(asst_error *err, const char *code, const char *pointer,
			   const char *message);

/* What a program needs to mend it, as a JSON object: copied. The first one counts. */
void asst__error_set_detail(asst_error *err, const char *json, size_t size);

/* Copy a message into a fixed place, cut where it is too long. */
void asst__copy_message(char *to, size_t room, const char *message);

/* Move everything from one error to another (both may be NULL). */
void asst__error_move(asst_error *to, asst_error *from);

#endif
