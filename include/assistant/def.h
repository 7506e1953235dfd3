/* SPDX-License-Identifier: MIT */
/*
 * Definitions: the content of an assistant. A def is a value: it belongs to no store.
 *
 * libassistant_fields(7) lists the fields, their types, limits and defaults. JSON that
 * comes out is canonical: members in that order, defaults written, absent fields and
 * empty lists left out; reading it and writing it again gives the same bytes.
 */
#ifndef ASSISTANT_DEF_H
#define ASSISTANT_DEF_H

#include <assistant/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Flag: take a definition that is not complete yet (faults a draft may have). */
#define ASST_DEF_INCOMPLETE 0x1u

/**
 * Make an empty definition, to be filled by the setters.
 *
 * @param def  owned, free with asst_def_free().
 * @param err  may be NULL.
 * @return ASST_OK, ASST_EINVAL, ASST_ENOMEM.
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_def_new(asst_def **def, asst_error *err);

/**
 * Make a definition from JSON, with the default limits ("prose").
 *
 * @param def    owned, free with asst_def_free().
 * @param json   copied; an object. At most 1 MiB.
 * @param size   in bytes, or ASST_NUL.
 * @param flags  0 or ASST_DEF_INCOMPLETE.
 * @param err    may be NULL; lists every fault.
 * @return ASST_OK, ASST_EINVAL, ASST_EVALIDATION, ASST_ELIMIT, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_def_from_json(asst_def **def, const char *json, size_t size, uint32_t flags,
				asst_error *err);

/**
 * Copy a definition, for example the one that a loaded assistant lends, to change it.
 *
 * @param copy  owned, free with asst_def_free().
 * @param def   borrowed.
 * @param err   may be NULL.
 * @return ASST_OK, ASST_EINVAL, ASST_ENOMEM.
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_def_copy(asst_def **copy, const asst_def *def, asst_error *err);

/**
 * Free a definition.
 *
 * @param def  owned; NULL is a no-op. Not one that an assistant or draft lends.
 * Threads: A.  Since: 0.1.
 */
ASST_API void asst_def_free(asst_def *def);

/**
 * The whole definition as canonical JSON.
 *
 * @param out  owned, free with asst_buf_free().
 * @param def  borrowed.
 * @param err  may be NULL.
 * @return ASST_OK, ASST_EINVAL, ASST_ECORRUPT, ASST_ENOMEM.
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_def_to_json(asst_buf **out, const asst_def *def, asst_error *err);

/**
 * Check a definition for every fault that keeps it from being published.
 *
 * @param def  borrowed.
 * @param set  borrowed; the limit set "prose" (also NULL), "openapi" or "agents".
 * @param err  may be NULL; lists every fault.
 * @return ASST_OK, ASST_EINVAL, ASST_EVALIDATION, ASST_ELIMIT, ASST_ENOMEM.
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_def_validate(const asst_def *def, const char *set, asst_error *err);

/**
 * Change several fields at once by a merge patch (RFC 7396). Nothing changes on failure.
 *
 * @param def   changed.
 * @param json  copied; an object; null clears a field, a list is replaced whole.
 * @param size  in bytes, or ASST_NUL.
 * @param err   may be NULL; lists every fault.
 * @return ASST_OK, ASST_EINVAL, ASST_EVALIDATION (malformed), ASST_ELIMIT, ASST_ENOMEM.
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_def_patch_json(asst_def *def, const char *json, size_t size, asst_error *err);

/**
 * Set a text field.
 *
 * @param def    changed.
 * @param field  borrowed; such as "name" or "instruction".
 * @param text   copied; UTF-8.
 * @param size   in bytes, or ASST_NUL.
 * @param err    may be NULL.
 * @return ASST_OK, ASST_EINVAL (no such field), ASST_EVALIDATION, ASST_ELIMIT, ASST_ENOMEM;
 *         so do the other setters.
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_def_set_text(asst_def *def, const char *field, const char *text, size_t size,
			       asst_error *err);

/** Set a number field ("creativity"). NaN and infinities are refused. Threads: A. Since: 0.1. */
ASST_API int asst_def_set_number(asst_def *def, const char *field, double value, asst_error *err);

/** Set a flag, such as "webSearch", to 0 or 1. Threads: A. Since: 0.1. */
ASST_API int asst_def_set_bool(asst_def *def, const char *field, int value, asst_error *err);

/** Set any field from JSON, such as "actions" from a list; copied. Threads: A. Since: 0.1. */
ASST_API int asst_def_set_json(asst_def *def, const char *field, const char *json, size_t size,
			       asst_error *err);

/** Clear a field. Threads: A. Since: 0.1. */
ASST_API int asst_def_unset(asst_def *def, const char *field, asst_error *err);

/*
 * Scalar fields. Text is borrowed until the def is changed or freed, NUL-terminated, with
 * its length in bytes stored through size where that is not NULL. An absent text field
 * gives NULL, an absent flag or number its default. def must not be NULL.
 * Threads: A (C for a def that a loaded assistant lends).  Since: 0.1.
 */
ASST_API const char *asst_def_name(const asst_def *def, size_t *size);
ASST_API const char *asst_def_description(const asst_def *def, size_t *size);
ASST_API const char *asst_def_emoji(const asst_def *def, size_t *size);
ASST_API const char *asst_def_instruction(const asst_def *def, size_t *size);
ASST_API const char *asst_def_input_type(const asst_def *def,
					 size_t *size); /* "PROMPT" or "STRUCTURED" */
ASST_API const char *asst_def_model(const asst_def *def, size_t *size);
ASST_API double asst_def_creativity(const asst_def *def);
ASST_API int asst_def_web_search(const asst_def *def);
ASST_API int asst_def_image_generation(const asst_def *def);
ASST_API int asst_def_data_analyst(const asst_def *def);
ASST_API int asst_def_canvas(const asst_def *def);
ASST_API int asst_def_extended_thinking(const asst_def *def);
ASST_API const char *asst_def_welcome(const asst_def *def, size_t *size);
ASST_API const char *asst_def_type(const asst_def *def,
				   size_t *size); /* "custom" or "dispatcher" */
ASST_API const char *asst_def_fallback(const asst_def *def, size_t *size); /* an id */
ASST_API const char *asst_def_data(const asst_def *def, size_t *size); /* an object, as JSON text */

/*
 * List fields: conversationStarters, actions, inputFields, attachments, routes, skills,
 * datasets, references. "list" is the field's name, "member" a member of its items, or
 * NULL where the items are texts. Borrowed texts live as those above. What does not exist
 * (list, item, member) reads as absent: 0, NULL.
 * Threads: A (C for a def that a loaded assistant lends).  Since: 0.1.
 */

/**
 * What changed from one definition to another, as a JSON list of changes:
 * {"pointer", "old", "new"}, without "old" where something is added and without "new" where
 * it is removed; an added item of a list has "after", the id of the item before it, or null at the begin.
 * Where items changed their order: {"pointer", "oldOrder", "newOrder"}, lists of ids. Items of
 * lists are matched by their ids, which stand in pointers in the place of indexes (of a
 * reference "targetType:targetId", with %3A and %25 for ":" and "%" in the type); objects
 * are compared member by member, everything else as a whole.
 *
 * @param out   owned, free with asst_buf_free(); "[]" where they are equal.
 * @param from  borrowed.
 * @param to    borrowed.
 * @param err   may be NULL.
 * @return ASST_OK, ASST_EINVAL, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_def_diff(asst_buf **out, const asst_def *from, const asst_def *to,
			   asst_error *err);

/**
 * Apply changes that asst_def_diff() told: on the definition it compared from they give the
 * one it compared to, byte for byte.
 *
 * @param def   the value; unchanged on failure.
 * @param diff  copied; a JSON list.
 * @param size  in bytes, or ASST_NUL.
 * @param err   may be NULL.
 * @return ASST_OK, ASST_EINVAL, ASST_EVALIDATION, ASST_ELIMIT, ASST_ECONFLICT (an "old" value is
 *         not what is there; the issues say of which changes), ASST_ENOMEM.
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_def_apply_diff(asst_def *def, const char *diff, size_t size, asst_error *err);

/** How many items a list has. Threads: A. Since: 0.1. */
ASST_API size_t asst_def_count(const asst_def *def, const char *list);

/** A text of item i: the item itself, or a member of it; object members as JSON text. Threads: A. Since: 0.1. */
ASST_API const char *asst_def_item_text(const asst_def *def, const char *list, size_t i,
					const char *member, size_t *size);

/** A whole number of item i, such as the "order" of an input field. Threads: A. Since: 0.1. */
ASST_API int64_t asst_def_item_int(const asst_def *def, const char *list, size_t i,
				   const char *member);

/** A flag of item i, such as "requiresConfirmation" of an action. Threads: A. Since: 0.1. */
ASST_API int asst_def_item_bool(const asst_def *def, const char *list, size_t i,
				const char *member);

/** Whether item i has a member. Threads: A. Since: 0.1. */
ASST_API int asst_def_item_has(const asst_def *def, const char *list, size_t i, const char *member);

/** How many texts a list inside item i has, such as the "options" of an input field. Threads: A. Since: 0.1. */
ASST_API size_t asst_def_item_count(const asst_def *def, const char *list, size_t i,
				    const char *member);

/** Text k of a list inside item i. Threads: A. Since: 0.1. */
ASST_API const char *asst_def_item_text_at(const asst_def *def, const char *list, size_t i,
					   const char *member, size_t k, size_t *size);

/* The field table, for hosts that build forms or documentation from it. */

/** How many fields a definition has. Threads: B. Since: 0.1. */
ASST_API size_t asst_field_count(void);

/** The name of field i, in canonical order; NULL when out of range; static. Threads: B. Since: 0.1. */
ASST_API const char *asst_field_name(size_t i);

/** The type of field i: "text", "uuid", "choice", "flag", "number", "list", "object". Threads: B. Since: 0.1. */
ASST_API const char *asst_field_type(size_t i);

/**
 * The value of a limit or safety cap in a limit set.
 *
 * @param value  set to it; -1 where the set has no such limit.
 * @param set    borrowed; "prose" (also NULL), "openapi" or "agents".
 * @param name   borrowed; such as "name", "instruction" or "document_bytes";
 *               libassistant_fields(7) lists them.
 * @param err    may be NULL.
 * @return ASST_OK, ASST_EINVAL (no such set or limit).
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_limit_get(int64_t *value, const char *set, const char *name, asst_error *err);

/** How many limits have a name. Threads: B. Since: 0.1. */
ASST_API size_t asst_limit_count(void);

/** The name of limit i; NULL when out of range; static. Threads: B. Since: 0.1. */
ASST_API const char *asst_limit_name(size_t i);

#ifdef __cplusplus
}
#endif

#endif
