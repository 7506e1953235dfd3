/* SPDX-License-Identifier: MIT */
/*
 * The list of oom_list.h against the headers: every function that returns a status or makes an
 * object is covered, or exempt with a reason; and nothing is listed that is not there.
 */
#include "t.h"
#include "oom_list.h"

#include <dirent.h>
#include <stdbool.h>
#include <string.h>

static char headers[1 << 18];
static size_t headers_size;

static void read_header(const char *dir, const char *name)
{
	char path[1024];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "r");
	if (!file)
		fail_msg("cannot read %s", path);
	headers_size += fread(headers + headers_size, 1, sizeof(headers) - 1 - headers_size, file);
	fclose(file);
	assert_true(headers_size < sizeof(headers) - 1);
}

static void read_headers(const char *below)
{
	const char *top = getenv("ASST_TOP");
	struct dirent *entry;
	char dir[900];
	DIR *open;

	snprintf(dir, sizeof(dir), "%s/include/assistant%s", top ? top : ".", below);
	open = opendir(dir);
	if (!open)
		fail_msg("cannot read %s: call this at the top, or set ASST_TOP", dir);
	while ((entry = readdir(open)) != NULL) {
		size_t size = strlen(entry->d_name);

		if (size > 2 && strcmp(entry->d_name + size - 2, ".h") == 0)
			read_header(dir, entry->d_name);
	}
	closedir(open);
}

static int group_setup(void **state)
{
	(void)state;
	read_headers("");
	read_headers("/sys");
	return 0;
}

static const struct listed *find(const char *name, size_t size)
{
	size_t i;

	for (i = 0; i < T_COUNT(listed); i++) {
		if (strlen(listed[i].function) == size &&
		    memcmp(listed[i].function, name, size) == 0)
			return &listed[i];
	}
	return NULL;
}

/* Of a declaration behind "ASST_API ": where the name begins, and what stands before it. */
static const char *name_in(const char *declaration, size_t *size)
{
	const char *end = strchr(declaration, '('), *name = end;

	while (name > declaration && (name[-1] == '_' || (name[-1] >= 'a' && name[-1] <= 'z') ||
				      (name[-1] >= '0' && name[-1] <= '9')))
		name--;
	*size = (size_t)(end - name);
	return name;
}

/* int and owned or borrowed objects; texts, numbers and nothing can report no failure. */
static bool must_be_listed(const char *declaration, const char *name)
{
	if (strncmp(declaration, "const ", 6) == 0)
		return strncmp(name, "asst_assistant_json(", 20) == 0;
	return strncmp(declaration, "int ", 4) == 0 || name[-1] == '*';
}

static void test_all_are_listed(void **state)
{
	const char *at = headers, *name;
	size_t size, functions = 0, missing = 0;

	(void)state;
	while ((at = strstr(at, "\nASST_API ")) != NULL) {
		at += 10;
		name = name_in(at, &size);
		functions++;
		if (!must_be_listed(at, name) || find(name, size))
			continue;
		print_error("not in oom_list.h: %.*s\n", (int)size, name);
		missing++;
	}
	print_message("%zu functions in the headers\n", functions);
	assert_true(functions > 100);
	assert_int_equal(missing, 0);
}

static void test_listed_are_there(void **state)
{
	char text[128];
	const char *method;
	size_t i, covered = 0, exempt = 0;

	(void)state;
	for (i = 0; i < T_COUNT(listed); i++) {
		method = strchr(listed[i].function, '.');
		if (method)
			snprintf(text, sizeof(text), "(*%s)(void *self", method + 1);
		else
			snprintf(text, sizeof(text), "%s(", listed[i].function);
		if (!strstr(headers, text))
			fail_msg("%s is in no header", listed[i].function);
		assert_true((listed[i].group == NULL) == (listed[i].reason != NULL));
		if (listed[i].group)
			covered++;
		else
			exempt++;
		print_message("%-32s %s%s\n", listed[i].function,
			      listed[i].group ? listed[i].group : "exempt: ",
			      listed[i].group ? "" : listed[i].reason);
	}
	print_message("%zu covered, %zu exempt\n", covered, exempt);
}

/* Every group is that of a program here. */
static void test_groups_are_there(void **state)
{
	const char *top = getenv("ASST_TOP");
	char path[1024];
	size_t i;
	FILE *file;

	(void)state;
	for (i = 0; i < T_COUNT(listed); i++) {
		if (!listed[i].group)
			continue;
		snprintf(path, sizeof(path), "%s/tests/oom/test_oom_%s.c", top ? top : ".",
			 listed[i].group);
		file = fopen(path, "r");
		if (!file)
			fail_msg("%s is missing", path);
		fclose(file);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_are_listed),
		cmocka_unit_test(test_listed_are_there),
		cmocka_unit_test(test_groups_are_there),
	};

	return cmocka_run_group_tests_name("oom_cover", tests, group_setup, NULL) ? 1 : 0;
}
