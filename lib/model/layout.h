/* SPDX-License-Identifier: MIT */
/* Where things lie in a stored record: shared by what writes and what reads it. */
#ifndef ASST_MODEL_LAYOUT_H
#define ASST_MODEL_LAYOUT_H

#define ASST__RECORD_MARK 'R'
#define ASST__RECORD_FORMAT 1
#define ASST__RECORD_HEAD 4
/*
 * A value of the storage, and a definition, with less for what stands around it: most of that is
 * the message of a version, of 1,024 characters.
 */
#define ASST__VALUE_MOST 1048576
#define ASST__RECORD_MOST (ASST__VALUE_MOST - 8192)

/* Slot i of an object, from the object's begin, behind the count. */
#define ASST__SLOT_AT(i) (4 + 4 * (size_t)(i))

#endif
