/* SPDX-License-Identifier: MIT */
/* What is said of failures: which file it was, what is wrong with it, and what would be right. */
#include "base/utf8.h"
#include "storage/file/inner.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Not strerror(): it is not safe from many threads, and speaks the language of the locale. */
static const struct known {
	int error, status;
	const char *words;
} known[] = {
	{ EACCES, ASST_EIO, "permission denied" },
	{ EPERM, ASST_EIO, "that is not permitted" },
	{ ENOENT, ASST_EIO, "it is not there" },
	{ EEXIST, ASST_EIO, "it is there already" },
	{ EIO, ASST_EIO, "the device failed" },
	{ ENXIO, ASST_EIO, "the device is gone" },
	{ ENODEV, ASST_EIO, "the device is gone" },
	{ ENOSPC, ASST_EIO, "no space left" },
	{ EDQUOT, ASST_EIO, "the disk quota is used up" },
	{ EFBIG, ASST_EIO, "the limit of file sizes is reached" },
	{ EROFS, ASST_EREADONLY, "the file system is read-only" },
	{ EMFILE, ASST_EIO, "the process has as many files open as it may" },
	{ ENFILE, ASST_EIO, "the system has as many files open as it can" },
	{ ENOMEM, ASST_ENOMEM, "out of memory" },
	{ ENAMETOOLONG, ASST_EIO, "the path, or a name in it, is too long" },
	{ ENOTDIR, ASST_EIO, "not a directory" },
	{ EISDIR, ASST_EIO, "a directory is in its place" },
	{ ELOOP, ASST_EIO, "a symbolic link is in its place" },
	{ EMLINK, ASST_EIO, "it has a second name" },
	{ ENOLCK, ASST_EIO, "the system has no more locks" },
	{ EINVAL, ASST_EIO, "the file system cannot do that" },
	{ ENOTSUP, ASST_EIO, "the file system cannot do that" },
	{ ENOSYS, ASST_EIO, "the system cannot do that" },
	{ ESTALE, ASST_EIO, "it was removed on another machine" },
	{ EBADF, ASST_EIO, "the descriptor is not open for that" },
	{ EPIPE, ASST_EIO, "the other end was closed, or the file ends early" },
	{ ECONNRESET, ASST_EIO, "the other end was closed" },
};

/* What stands in the place of a file. */
static const struct {
	int error;
	const char *is;
} strangers[] = {
	{ ELOOP, "is a symbolic link, not a file of the store" },
	{ EMLINK, "has a second name, and a file of the store has only one" },
	{ EISDIR, "is a directory, not a file of the store" },
	{ EINVAL, "is a FIFO or a device, not a file of the store" },
	{ ENXIO, "is a socket or a device, not a file of the store" },
};

/* What is wrong with a directory: words before and behind what it is. */
static const struct {
	int error, status;
	const char *before, *behind;
} places[] = {
	{ ENOENT, ASST_EIO, "the directory above ", " is missing" },
	{ ENOTDIR, ASST_EIO, "", ", or what is above it, is not a directory" },
	{ ELOOP, ASST_EIO, "", ", or what is above it, is a symbolic link that leads nowhere" },
	{ EPERM, ASST_EIO, "",
	  " is somebody else's, or others may write into it: its mode is to be 0700" },
	{ EACCES, ASST_EIO, "no permission for ",
	  ", or for the one above it, which is read and written where it is made" },
	{ EROFS, ASST_EREADONLY, "", " can neither be made nor changed: the file system is read-only" },
};

static const struct known *find(int error)
{
	static const struct known unknown = { 0, ASST_EIO, "an error of the system" };

	for (size_t i = 0; i < ASST__COUNT(known); i++) {
		if (known[i].error == -error)
			return &known[i];
	}
	return &unknown;
}

const char *asst__words(int error)
{
	return find(error)->words;
}

int asst__file_fail(const struct asst__file *file, asst_error *err, int error, const char *doing,
		    const char *name)
{
	const struct known *row = find(error);

	(void)file;
	asst__error_set_raw(err, -error);
	return asst__fail(err, row->status, "could not %s %s: %s (error %d)", doing, name,
			  row->words, -error);
}

/* What stands in the place of a file, or NULL where a file stands there. */
static const char *stranger(int error)
{
	for (size_t i = 0; i < ASST__COUNT(strangers); i++) {
		if (strangers[i].error == -error)
			return strangers[i].is;
	}
	return NULL;
}

bool asst__is_no_file(int error)
{
	return stranger(error) != NULL;
}

int asst__open_fail(const struct asst__file *file, asst_error *err, int error, const char *name)
{
	const char *is = stranger(error);

	if (!is)
		return asst__file_fail(file, err, error, "open", name);
	asst__error_set_raw(err, -error);
	return asst__fail(err, ASST_EIO, "%s %s (error %d)", name, is, -error);
}

int asst__directory_fail(const struct asst__file *file, asst_error *err, int error,
			 const char *what)
{
	for (size_t i = 0; i < ASST__COUNT(places); i++) {
		if (places[i].error != -error)
			continue;
		asst__error_set_raw(err, -error);
		return asst__fail(err, places[i].status, "%s%s%s (error %d)", places[i].before,
				  what, places[i].behind, -error);
	}
	return asst__file_fail(file, err, error, "open", what);
}

/* So much of a path is shown, from its end: each byte takes four at most. */
#define SHOWN ((size_t)255)

/* Whether a terminal or a log takes it for text. */
static bool is_text(const char *bytes, size_t size)
{
	const unsigned char *at = (const unsigned char *)bytes;

	if (size == 1)
		return at[0] >= 0x20 && at[0] < 0x7f && at[0] != '"' && at[0] != '\\';
	/* Below U+00A0 there are controls. */
	return size > 2 || (size == 2 && (at[0] != 0xc2 || at[1] >= 0xa0));
}

/* A path may have any bytes but NUL: those that are no text are shown as numbers. */
static void show_path(char to[4 * SHOWN + 4], const char *path)
{
	static const char digits[] = "0123456789abcdef";
	size_t size = strlen(path), part, i;

	if (size > SHOWN) {
		path += size - SHOWN;
		size = SHOWN;
		memcpy(to, "...", 3);
		to += 3;
	}
	for (; size; size -= part, path += part) {
		part = asst__utf8_sequence(path, size);
		if (is_text(path, part)) {
			memcpy(to, path, part);
			to += part;
			continue;
		}
		part = part ? part : 1;
		for (i = 0; i < part; i++, to += 4) {
			to[0] = '\\';
			to[1] = 'x';
			to[2] = digits[(unsigned char)path[i] >> 4];
			to[3] = digits[path[i] & 15];
		}
	}
	*to = '\0';
}

int asst__fail_in(asst_error *err, int status, const char *path)
{
	char shown[4 * SHOWN + 4], said[400];

	if (!err)
		return status;
	show_path(shown, path);
	asst__copy_message(said, sizeof(said), asst_error_message(err));
	return asst__fail(err, status, "\"%s\": %s", shown, said);
}
