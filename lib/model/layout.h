/* SPDX-License-Identifier: MIT */
/* Where things lie in a stored record: shared by what writes and what reads it. */
#ifndef ASST_MODEL_LAYOUT_H
#define ASST_MODEL_LAYOUT_H

#define ASST__RECORD_MARK 'R'
#define ASST__RECORD_FORMAT 1
#define ASST__RECORD_HEAD 4
/* A value of the storage; a bit less than 1 MiB, for what stands around it. */
#define ASST__RECORD_MOST (1048576 - 4096)

/* Slot i of an object, from the object's begin, behind the count. */
#define ASST__SLOT_AT(i) (4 + 4 * (size_t)(i))

#endif
