/* SPDX-License-Identifier: MIT */
/* Error objects. Detail that cannot be allocated is dropped; the status stays. */
#include "base/fail.h"
#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct issue {
	const char *code;
	char *texts; /* pointer, NUL, message, NUL */
	size_t size;
	size_t message; /* where the message begins in texts */
};

struct asst_error {
	int status;
	int64_t raw;
	size_t offset;
	char *message;
	struct issue *issues;
	size_t count, room;
	size_t bytes; /* of all issues' texts */
	char *detail;
	size_t detail_size;
};

/*
 * Detail beyond this is dropped: the pointers of a hostile document's faults would otherwise
 * take many times the memory of the document itself.
 */
#define ISSUES_MOST ((size_t)4 * 1024 * 1024)

asst_error *asst_error_new(void)
{
	asst_error *err = asst__alloc_zeroed(&asst__mem_libc, sizeof(*err));

	if (err)
		err->offset = SIZE_MAX;
	return err;
}

void asst__error_clear(asst_error *err)
{
	size_t i;

	if (!err)
		return;
	for (i = 0; i < err->count; i++)
		asst__free(&asst__mem_libc, err->issues[i].texts, err->issues[i].size);
	err->count = err->bytes = 0;
	asst__free_text(&asst__mem_libc, err->message);
	err->message = NULL;
	asst__free(&asst__mem_libc, err->detail, err->detail_size + 1);
	err->detail = NULL;
	err->status = ASST_OK;
	err->raw = 0;
	err->offset = SIZE_MAX;
}

void asst_error_free(asst_error *err)
{
	if (!err)
		return;
	asst__error_clear(err);
	asst__free(&asst__mem_libc, err->issues, err->room * sizeof(*err->issues));
	asst__free(&asst__mem_libc, err, sizeof(*err));
}

static void set_message(asst_error *err, const char *format, va_list args)
{
	va_list again;
	int size;

	asst__free_text(&asst__mem_libc, err->message);
	err->message = NULL;
	va_copy(again, args);
	size = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (size < 0)
		return;
	err->message = asst__alloc(&asst__mem_libc, (size_t)size + 1);
	if (err->message)
		vsnprintf(err->message, (size_t)size + 1, format, args);
}

int asst__fail(asst_error *err, int status, const char *format, ...)
{
	va_list args;

	if (!err)
		return status;
	err->status = status;
	va_start(args, format);
	set_message(err, format, args);
	va_end(args);
	return status;
}

int asst__fail_nomem(asst_error *err)
{
	return asst__fail(err, ASST_ENOMEM, "out of memory");
}

void asst__error_set_offset(asst_error *err, size_t offset)
{
	if (err)
		err->offset = offset;
}

void asst__error_set_raw(asst_error *err, int64_t raw)
{
	if (err)
		err->raw = raw;
}

void asst__error_add_issue(asst_error *err, const char *code, const char *pointer,
			   const char *message)
{
	struct issue *issue;
	size_t pointer_size, message_size;

	if (!err || err->bytes > ISSUES_MOST ||
	    !asst__grow(&asst__mem_libc, &err->issues, err->count, &err->room, sizeof(*issue)))
		return;
	issue = &err->issues[err->count];
	pointer_size = strlen(pointer) + 1;
	message_size = strlen(message) + 1;
	issue->code = code;
	issue->size = pointer_size + message_size;
	issue->message = pointer_size;
	issue->texts = asst__alloc(&asst__mem_libc, issue->size);
	if (!issue->texts)
		return;
	memcpy(issue->texts, pointer, pointer_size);
	memcpy(issue->texts + pointer_size, message, message_size);
	err->bytes += issue->size;
	err->count++;
}

void asst__error_set_detail(asst_error *err, const char *json, size_t size)
{
	if (!err || err->detail)
		return;
	err->detail = asst__copy_text(&asst__mem_libc, json, size);
	err->detail_size = size;
}

const char *asst_error_detail(const asst_error *err, size_t *size)
{
	if (size)
		*size = err && err->detail ? err->detail_size : 0;
	return err ? err->detail : NULL;
}

void asst__copy_message(char *to, size_t room, const char *message)
{
	snprintf(to, room, "%s", message);
}

void asst__error_move(asst_error *to, asst_error *from)
{
	struct asst_error taken;

	if (!to || !from || to == from)
		return;
	asst__error_clear(to);
	taken = *to;
	*to = *from;
	*from = taken;
}

int asst_error_set(asst_error *err, int status, int64_t raw, const char *message)
{
	asst__error_set_raw(err, raw);
	return asst__fail(err, status, "%s", message ? message : asst_status_text(status));
}

int asst_error_status(const asst_error *err)
{
	return err ? err->status : ASST_OK;
}

const char *asst_error_message(const asst_error *err)
{
	if (!err || err->status == ASST_OK)
		return "";
	return err->message ? err->message : asst_status_text(err->status);
}

size_t asst_error_offset(const asst_error *err)
{
	return err ? err->offset : SIZE_MAX;
}

int64_t asst_error_raw(const asst_error *err)
{
	return err ? err->raw : 0;
}

size_t asst_error_issue_count(const asst_error *err)
{
	return err ? err->count : 0;
}

const char *asst_error_issue_code(const asst_error *err, size_t i)
{
	return i < asst_error_issue_count(err) ? err->issues[i].code : "";
}

const char *asst_error_issue_pointer(const asst_error *err, size_t i)
{
	return i < asst_error_issue_count(err) ? err->issues[i].texts : "";
}

const char *asst_error_issue_message(const asst_error *err, size_t i)
{
	if (i >= asst_error_issue_count(err))
		return "";
	return err->issues[i].texts + err->issues[i].message;
}
