/* SPDX-License-Identifier: MIT */
/* The index against a sorted array: random operations, all directions, failing memory. */
#include "storage_mem.h"

#include "storage/index.h"
#include "storage/tree_node.h"

#define MODEL_MOST 30000

/* The same entries in a plain sorted array. */
struct model {
	struct asst__entry **items;
	size_t count;
};

struct key {
	unsigned char bytes[40];
	size_t size;
};

static struct asst__entry *make_entry(const struct asst__index *index, const struct key *key,
				      uint64_t sequence)
{
	struct asst__entry *entry;

	entry = asst__entry_new(index->hash.mem, key->size, NULL);
	assert_non_null(entry);
	entry->sequence = sequence;
	asst__entry_set_key(entry, key->bytes, key->size, NULL);
	asst__index_hash(index, entry);
	return entry;
}

static int compare(const struct asst__entry *entry, const struct key *key)
{
	size_t least = entry->key_size < key->size ? entry->key_size : key->size;
	int order = memcmp(asst__entry_key(entry), key->bytes, least);

	return order ? order : (int)entry->key_size - (int)key->size;
}

/* How many entries are below the key. */
static size_t model_below(const struct model *model, const struct key *key)
{
	size_t low = 0, high = model->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (compare(model->items[middle], key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool model_has(const struct model *model, size_t i, const struct key *key)
{
	return i < model->count && compare(model->items[i], key) == 0;
}

static void model_insert(struct model *model, size_t i, struct asst__entry *entry)
{
	assert_true(model->count < MODEL_MOST);
	memmove(model->items + i + 1, model->items + i,
		(model->count++ - i) * sizeof(*model->items));
	model->items[i] = entry;
}

static void model_remove(struct model *model, size_t i, size_t count)
{
	model->count -= count;
	memmove(model->items + i, model->items + i + count,
		(model->count - i) * sizeof(*model->items));
}

/* Few different bytes and sizes: many prefixes of others, many keys that are there. */
static struct key random_key(uint64_t *seed)
{
	static const unsigned char letters[] = { 0, 1, 'a', 'b', 'c', 'd', 0xfe, 0xff };
	struct key key;
	size_t front = t_random_below(seed, 2) ? 20 : 0;

	memset(key.bytes, 'p', front);
	key.size = front + 1 + t_random_below(seed, 5);
	for (size_t i = front; i < key.size; i++)
		key.bytes[i] = letters[t_random_below(seed, sizeof(letters))];
	return key;
}

/* Entries and the lowest one below a node; that branches and leaves are as they must be. */
static size_t check_node(void *node, size_t height, struct asst__entry **low,
			 const struct asst__leaf **leaf)
{
	struct asst__branch *branch = node;
	size_t total = 0;

	if (height == 1) {
		const struct asst__leaf *own = node;

		assert_true(own->count > 0 && own->count <= ASST__FAN);
		assert_ptr_equal(own->prev, *leaf);
		if (*leaf)
			assert_ptr_equal((*leaf)->next, own);
		*leaf = own;
		*low = own->entries[0];
		return own->count;
	}
	assert_true(branch->count > 0 && branch->count <= ASST__FAN);
	for (size_t i = 0; i < branch->count; i++) {
		struct asst__entry *lowest;

		total += check_node(branch->children[i], height - 1, &lowest, leaf);
		assert_ptr_equal(branch->lows[i], lowest);
	}
	*low = branch->lows[0];
	return total;
}

static void check_all(const struct asst__index *index, const struct model *model)
{
	const struct asst__leaf *leaf = NULL;
	struct asst__cursor cursor;
	struct asst__entry *entry, *low;
	size_t i = 0;

	assert_int_equal(asst__index_count(index), model->count);
	if (index->tree.height)
		assert_int_equal(check_node(index->tree.root, index->tree.height, &low, &leaf),
				 model->count);
	else
		assert_int_equal(model->count, 0);
	assert_ptr_equal(index->tree.last, leaf);
	if (leaf)
		assert_null(leaf->next);
	for (entry = asst__tree_first(&index->tree, NULL, 0, &cursor); entry;
	     entry = asst__cursor_next(&cursor))
		assert_ptr_equal(entry, model->items[i++]);
	assert_int_equal(i, model->count);
	for (entry = asst__tree_last(&index->tree, NULL, 0, &cursor); entry;
	     entry = asst__cursor_prev(&cursor))
		assert_ptr_equal(entry, model->items[--i]);
	assert_int_equal(i, 0);
	for (i = 0; i < model->count; i++)
		assert_ptr_equal(asst__index_find_like(index, model->items[i]), model->items[i]);
}

/* A few steps each way from a bound. */
static void check_bound(const struct asst__index *index, const struct model *model,
			const struct key *key)
{
	size_t below = model_below(model, key);
	struct asst__cursor cursor;
	struct asst__entry *entry;

	entry = asst__tree_first(&index->tree, key->bytes, key->size, &cursor);
	for (size_t i = below; i < below + 3; i++) {
		assert_ptr_equal(entry, i < model->count ? model->items[i] : NULL);
		if (!entry)
			break;
		entry = asst__cursor_next(&cursor);
	}
	entry = asst__tree_last(&index->tree, key->bytes, key->size, &cursor);
	for (size_t i = below; i + 3 > below; i--) {
		assert_ptr_equal(entry, i ? model->items[i - 1] : NULL);
		if (!entry)
			break;
		entry = asst__cursor_prev(&cursor);
	}
	entry = asst__index_find(index, key->bytes, key->size);
	assert_ptr_equal(entry, model_has(model, below, key) ? model->items[below] : NULL);
}

static void put(struct asst__index *index, struct model *model, const struct key *key,
		uint64_t sequence)
{
	size_t i = model_below(model, key);
	struct asst__entry *entry = make_entry(index, key, sequence);

	if (model_has(model, i, key)) {
		asst__index_replace(index, model->items[i], entry);
		asst__entry_free(index->hash.mem, model->items[i]);
		model->items[i] = entry;
	} else {
		assert_true(asst__index_insert(index, entry));
		model_insert(model, i, entry);
	}
}

static void take(struct asst__index *index, struct model *model, size_t i)
{
	struct asst__entry *entry = model->items[i];

	asst__index_remove(index, entry);
	asst__entry_free(index->hash.mem, entry);
	model_remove(model, i, 1);
}

static void take_range(struct asst__index *index, struct model *model, uint64_t *seed)
{
	struct key from = random_key(seed), to = random_key(seed);
	size_t a = model_below(model, &from), b = model_below(model, &to);

	/* Large ones would keep the index small. */
	if (b > a + 200)
		return;
	for (size_t i = a; i < b; i++)
		model->items[i]->flags |= ASST__ENTRY_DEAD;
	asst__index_remove_range(index, from.bytes, from.size, to.bytes, to.size,
				 ASST__ENTRY_DEAD);
	if (b > a)
		model_remove(model, a, b - a);
}

static struct model model_new(void)
{
	struct model model = { malloc(MODEL_MOST * sizeof(struct asst__entry *)), 0 };

	assert_non_null(model.items);
	return model;
}

static void test_random(void **state)
{
	struct few few = { .left = SIZE_MAX };
	struct asst__mem mem = few_mem(&few);
	struct model model = model_new();
	struct asst__index index;
	uint64_t seed = t_seed();

	(void)state;
	asst__index_init(&index, &mem, &mem, t_random(&seed));
	for (uint64_t i = 1; i <= 200000; i++) {
		struct key key = random_key(&seed);
		/* Grow and shrink by turns, in the end to nothing. */
		size_t puts = i / 25000 % 2 ? 2 : 8, dice = t_random_below(&seed, 10);

		if (dice < puts)
			put(&index, &model, &key, i);
		else if (model.count)
			take(&index, &model, t_random_below(&seed, model.count));
		if (dice == 9 && i % 50 == 0)
			take_range(&index, &model, &seed);
		check_bound(&index, &model, &key);
		if (i % 5000 == 0)
			check_all(&index, &model);
	}
	while (model.count) {
		take(&index, &model, t_random_below(&seed, model.count));
		if (model.count % 500 == 0)
			check_all(&index, &model);
	}
	assert_int_equal(index.tree.height, 0);
	asst__index_dispose(&index);
	assert_int_equal(few.blocks, 0);
	free(model.items);
}

static struct key number_key(uint64_t number)
{
	struct key key = { .size = 12 };

	memcpy(key.bytes, "key/", 4);
	for (size_t i = 0; i < 8; i++)
		key.bytes[4 + i] = (unsigned char)(number >> (56 - 8 * i));
	return key;
}

static void test_sorted(void **state)
{
	struct model model = model_new();

	(void)state;
	for (int way = 0; way < 4; way++) {
		struct asst__index index;

		asst__index_init(&index, &asst__mem_libc, &asst__mem_libc, 1);
		model.count = 0;
		for (uint64_t i = 0; i < 20000; i++) {
			/* Rising, falling, from both ends, two rising runs. */
			const uint64_t numbers[] = { i, 50000 - i, i % 2 ? 50000 - i : i,
						     i % 2 * 100000 + i };
			struct key key = number_key(numbers[way]);

			put(&index, &model, &key, i);
		}
		check_all(&index, &model);
		/* Rising keys fill the leaves. */
		if (way == 0)
			assert_int_equal(index.tree.last->count, 20000 % ASST__FAN);
		while (model.count > 10)
			take(&index, &model, way < 2 ? 0 : model.count - 1);
		check_all(&index, &model);
		asst__index_dispose(&index);
	}
	free(model.items);
}

static void test_remove_all(void **state)
{
	struct few few = { .left = SIZE_MAX };
	struct asst__mem mem = few_mem(&few);
	struct model model = model_new();
	struct asst__index index;

	(void)state;
	asst__index_init(&index, &mem, &mem, 1);
	asst__index_remove_range(&index, NULL, 0, NULL, 0, 0);
	for (uint64_t i = 0; i < 10000; i++) {
		struct key key = number_key(i * 7919 % 10007);

		put(&index, &model, &key, i);
	}
	for (size_t i = 0; i < model.count; i += 3)
		model.items[i]->flags |= ASST__ENTRY_DEAD;
	asst__index_remove_range(&index, NULL, 0, NULL, 0, ASST__ENTRY_DEAD);
	for (size_t i = 0, kept = 0; i < 10000; i++)
		if (i % 3)
			model.items[kept++] = model.items[i];
	model.count = 6666;
	check_all(&index, &model);
	asst__index_remove_range(&index, NULL, 0, NULL, 0, 0);
	model.count = 0;
	check_all(&index, &model);
	asst__index_dispose(&index);
	assert_int_equal(few.blocks, 0);
	free(model.items);
}

static void test_no_memory(void **state)
{
	struct few few = { .left = SIZE_MAX };
	struct asst__mem mem = few_mem(&few);
	struct model model = model_new();
	struct asst__index index;
	uint64_t seed = t_seed();
	size_t refused = 0;

	(void)state;
	asst__index_init(&index, &mem, &mem, 1);
	for (uint64_t i = 0; i < 12000; i++) {
		struct key key = number_key(t_random(&seed) % 1000000);
		size_t at = model_below(&model, &key), left;
		struct asst__entry *entry;

		if (model_has(&model, at, &key))
			continue;
		few.left = SIZE_MAX;
		entry = make_entry(&index, &key, i);
		for (few.left = left = 0; !asst__index_insert(&index, entry); few.left = ++left) {
			assert_null(asst__index_find_like(&index, entry));
			if (refused++ % 100 == 0)
				check_all(&index, &model);
		}
		model_insert(&model, at, entry);
	}
	assert_true(refused > 100);
	assert_true(index.tree.height == 3);
	check_all(&index, &model);
	asst__index_dispose(&index);
	assert_int_equal(few.blocks, 0);
	free(model.items);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_sorted),
		cmocka_unit_test(test_remove_all),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("index", tests, NULL, NULL) ? 1 : 0;
}
