/* SPDX-License-Identifier: MIT */
/* The catalog table: what a workspace has besides assistants, and who may use it. */
#ifndef ASSISTANT_SYS_CATALOG_H
#define ASSISTANT_SYS_CATALOG_H

#include <assistant/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The methods may be called from any thread, in the middle of a write: they must not close the store,
 * and a write that they make may wait for a second first. They may make calls with the session, which
 * stays the caller's.
 */
struct asst_catalog {
	size_t size; /* sizeof(struct asst_catalog) where this table was compiled */
	void *user;  /* passed to every method */
	/*
	 * required: whether the session may use what an id names, asked where a definition that names it
	 * is published and was not before. kind is "action", "dataset", "datasource", "integration",
	 * "model", "query", "report" or "template", or the "targetType" of a reference, but for
	 * "assistant", which the library knows by itself. ASST_OK: it may. ASST_ENOTFOUND or
	 * ASST_EDENIED: it may not, or there is no such thing, which are one fault to the caller.
	 * ASST_EIO, ASST_EBUSY, ASST_ENOMEM, ASST_EUNSUPPORTED, ASST_EFORMAT, ASST_ECORRUPT,
	 * ASST_EINTERNAL, ASST_ECANCELED: it could not be told, and the call fails so. Others reach
	 * the caller as ASST_EBACKEND with the value in asst_error_raw(). All is borrowed for the call;
	 * err may be NULL, which asst_error_set() takes.
	 */
	int (*may_use)(void *user, const char *workspace, asst_session *session, const char *kind,
		       const char *id, asst_error *err);
	/* may be NULL: the last store is closed, and the options are freed */
	void (*destroy)(void *user);
	/* ---- end of 0.1; later slots go below, never above ---- */
};

#ifdef __cplusplus
}
#endif

#endif
