/* SPDX-License-Identifier: MIT */
/* Frames: what is written at once, and how it is read again. */
#include "base/buf.h"
#include "base/crc32c.h"
#include "storage/file/inner.h"

#include <string.h>

/* Frame header: crc, size, serial, synced, the store, mark, sections. */
enum {
	AT_CRC = 0,
	AT_SIZE = 4,
	AT_SERIAL = 8,
	AT_SYNCED = 16,
	AT_STORE = 24,
	AT_MARK = 32,
	AT_SECTIONS = 36
};

#define MARK 0x31465341u /* "ASF1" */

void asst__round_begin(struct asst__round *round, const struct asst__mem *mem, uint64_t number)
{
	memset(round, 0, sizeof(*round));
	round->number = number;
	asst__text_init(&round->text, mem, 2 * (size_t)ASST__FRAME_MOST);
}

/* Room for the header, which is filled last. */
static void add_head(struct asst__round *round)
{
	static const char head[ASST__FRAME_HEAD];

	if (!round->text.size)
		asst__text_add(&round->text, head, sizeof(head));
}

void asst__round_section(struct asst__round *round, enum asst__section_kind kind, const char *name,
			 uint64_t sequence, uint32_t ops)
{
	unsigned char head[ASST__SECTION_HEAD] = { (unsigned char)kind,
						   (unsigned char)strlen(name) };

	asst__put32(head + 4, ops);
	asst__put64(head + 8, sequence);
	add_head(round);
	asst__text_add(&round->text, head, sizeof(head));
	asst__text_add(&round->text, name, strlen(name) + 1);
	round->sections++;
}

void asst__round_count(struct asst__round *round, size_t at, uint32_t ops)
{
	/* The first section lies behind the header, which was added with it. */
	if (!round->text.failed)
		asst__put32((unsigned char *)round->text.data + (at ? at : ASST__FRAME_HEAD) + 4,
			    ops);
}

void asst__round_cut(struct asst__round *round, size_t at)
{
	if (round->text.failed)
		return;
	round->text.size = at ? at : ASST__FRAME_HEAD;
	round->sections--;
}

static bool has_crc(int kind, size_t value_size)
{
	return kind == ASST_OP_PUT && value_size > ASST__FRAME_SMALL_VALUE;
}

void asst__round_copy(struct asst__round *round, const struct asst__frame_op *op)
{
	unsigned char head[ASST__FRAME_OP_HEAD + ASST__FRAME_OP_CRC] = {
		(unsigned char)op->kind, 0, (unsigned char)(op->key_size & 0xff),
		(unsigned char)(op->key_size >> 8)
	};
	bool crc = has_crc(op->kind, op->value_size);

	asst__put32(head + 4, op->value_size);
	asst__put32(head + ASST__FRAME_OP_HEAD, op->crc);
	asst__text_add(&round->text, head, ASST__FRAME_OP_HEAD + (crc ? ASST__FRAME_OP_CRC : 0));
	asst__text_add(&round->text, op->key, op->key_size);
	asst__text_add(&round->text, op->value, op->value_size);
}

void asst__round_op(struct asst__round *round, int kind, const void *key, size_t key_size,
		    const void *value, size_t value_size)
{
	struct asst__frame_op op = { .kind = kind,
				     .key = key,
				     .value = value,
				     .key_size = (uint32_t)key_size,
				     .value_size = (uint32_t)value_size };

	if (has_crc(kind, value_size))
		op.crc = asst__crc32c(0, value, value_size);
	asst__round_copy(round, &op);
}

static void sequenced_key(unsigned char key[ASST_MAX_KEY_BYTES], const unsigned char *bytes,
			  const struct asst__op *op, uint64_t sequence)
{
	memcpy(key, bytes, op->key_size);
	for (int i = 0; i < 8; i++)
		key[op->key_size + (size_t)i] = (unsigned char)(sequence >> (56 - 8 * i) & 0xff);
	memcpy(key + op->key_size + 8, bytes + op->key_size, op->end_size);
}

void asst__round_batch(struct asst__round *round, const char *name, const asst_batch *batch,
		       uint64_t sequence)
{
	unsigned char key[ASST_MAX_KEY_BYTES];
	uint32_t ops = 0;

	for (size_t i = 0; i < batch->count; i++)
		ops += !asst__op_is_check(batch->items[i].kind);
	asst__round_section(round, ASST__SECTION_BATCH, name, sequence, ops);
	for (size_t i = 0; i < batch->count; i++) {
		const struct asst__op *op = &batch->items[i];
		const unsigned char *bytes = batch->bytes.data + op->key;
		const char *value = asst_buf_data(op->value);
		size_t value_size = asst_buf_size(op->value);

		switch (op->kind) {
		case ASST_OP_PUT:
			asst__round_op(round, ASST_OP_PUT, bytes, op->key_size, value, value_size);
			break;
		case ASST_OP_PUT_SEQUENCED:
			sequenced_key(key, bytes, op, sequence);
			asst__round_op(round, ASST_OP_PUT, key, op->key_size + op->end_size + 8u,
				       value, value_size);
			break;
		case ASST_OP_DELETE:
			asst__round_op(round, ASST_OP_DELETE, bytes, op->key_size, NULL, 0);
			break;
		case ASST_OP_DELETE_RANGE:
			asst__round_op(round, ASST_OP_DELETE_RANGE, bytes, op->key_size,
				       bytes + op->key_size, op->end_size);
			break;
		default:
			break;
		}
	}
}

static uint32_t frame_crc(const struct asst__file *file, const struct asst__segment *segment,
			  const unsigned char *bytes, size_t size)
{
	return asst__crc32c(asst__segment_seed(file, segment), bytes + 4, size - 4);
}

size_t asst__round_seal(struct asst__round *round, const struct asst__file *file,
			const struct asst__segment *segment, uint64_t serial, uint64_t synced)
{
	static const char zeros[8];
	struct asst__text *text = &round->text;
	unsigned char *bytes, end[8];

	add_head(round);
	if (text->size % 8)
		asst__text_add(text, zeros, 8 - text->size % 8);
	/* Never zero, so that a frame whose end was not written is none. */
	asst__put32(end, MARK);
	asst__put32(end + 4, (uint32_t)serial | 0x80000000u);
	asst__text_add(text, end, sizeof(end));
	if (text->failed)
		return 0;
	bytes = (unsigned char *)text->data;
	asst__put32(bytes + AT_SIZE, (uint32_t)text->size);
	asst__put64(bytes + AT_SERIAL, serial);
	asst__put64(bytes + AT_SYNCED, synced);
	memcpy(bytes + AT_STORE, file->id, 8);
	asst__put32(bytes + AT_MARK, MARK);
	asst__put32(bytes + AT_SECTIONS, round->sections);
	asst__put32(bytes + AT_CRC, frame_crc(file, segment, bytes, text->size));
	return text->size;
}

size_t asst__frame_size(const struct asst__file *file, const unsigned char head[ASST__FRAME_HEAD])
{
	uint32_t size = asst__get32(head + AT_SIZE);

	if (asst__get32(head + AT_MARK) != MARK || memcmp(head + AT_STORE, file->id, 8) != 0)
		return 0;
	return size < ASST__FRAME_HEAD || size % 8 ? 0 : size;
}

bool asst__frame_read(struct asst__frame *frame, const struct asst__file *file,
		      const struct asst__segment *segment, const unsigned char *bytes, size_t room)
{
	size_t size = room < ASST__FRAME_HEAD ? 0 : asst__frame_size(file, bytes);

	if (!size || size > room)
		return false;
	frame->size = (uint32_t)size;
	if (frame_crc(file, segment, bytes, frame->size) != asst__get32(bytes + AT_CRC))
		return false;
	frame->serial = asst__get64(bytes + AT_SERIAL);
	frame->synced = asst__get64(bytes + AT_SYNCED);
	frame->sections = asst__get32(bytes + AT_SECTIONS);
	frame->bytes = bytes;
	return true;
}

/* The bytes are under a checksum, but are read as carefully as if they were not. */
bool asst__section_next(const struct asst__frame *frame, const struct asst__section *section,
			size_t *at, struct asst__frame_op *op)
{
	const unsigned char *head = section->bytes + *at;
	size_t rest = section->size - *at, size = ASST__FRAME_OP_HEAD;

	if (rest < ASST__FRAME_OP_HEAD)
		return false;
	op->kind = head[0];
	op->key_size = head[2] | (uint32_t)head[3] << 8;
	op->value_size = asst__get32(head + 4);
	op->crc = 0;
	if (has_crc(op->kind, op->value_size)) {
		size += ASST__FRAME_OP_CRC;
		if (rest < size)
			return false;
		op->crc = asst__get32(head + ASST__FRAME_OP_HEAD);
	}
	rest -= size;
	if (op->key_size > rest || op->value_size > rest - op->key_size)
		return false;
	op->key = head + size;
	op->value = op->key + op->key_size;
	op->value_at = (size_t)(op->value - frame->bytes);
	*at += size + (size_t)op->key_size + op->value_size;
	return true;
}

/* The size of a section's operations shows only by walking them. */
static bool measure(const struct asst__frame *frame, struct asst__section *section)
{
	struct asst__frame_op op;
	size_t at = 0;

	for (uint32_t i = 0; i < section->ops; i++) {
		if (!asst__section_next(frame, section, &at, &op))
			return false;
	}
	section->size = at;
	return true;
}

bool asst__frame_next(const struct asst__frame *frame, size_t *at, struct asst__section *section)
{
	size_t begin = *at ? *at : ASST__FRAME_HEAD, name_size;
	const unsigned char *head = frame->bytes + begin;

	if (frame->size - begin < ASST__SECTION_HEAD || head[0] == 0)
		return false;
	name_size = head[1] + (size_t)1;
	if (frame->size - begin - ASST__SECTION_HEAD < name_size ||
	    head[ASST__SECTION_HEAD + name_size - 1] != '\0')
		return false;
	section->kind = head[0];
	section->ops = asst__get32(head + 4);
	section->sequence = asst__get64(head + 8);
	section->name = (const char *)head + ASST__SECTION_HEAD;
	section->bytes = head + ASST__SECTION_HEAD + name_size;
	section->size = frame->size - begin - ASST__SECTION_HEAD - name_size;
	if (!measure(frame, section))
		return false;
	*at = begin + ASST__SECTION_HEAD + name_size + section->size;
	return true;
}

bool asst__frame_walks(const struct asst__frame *frame)
{
	struct asst__section section;
	size_t at = 0;
	uint32_t i;

	for (i = 0; i < frame->sections && asst__frame_next(frame, &at, &section); i++)
		;
	return i == frame->sections;
}
