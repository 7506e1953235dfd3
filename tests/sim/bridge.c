/* SPDX-License-Identifier: MIT */
/*
 * Batches that were lost, and one behind them that reached the disk: what is written into
 * their place must not bring it back.
 */
#include "sim/crash.h"

#include "storage/backend.h"

#include <string.h>

/* Write a batch of a size, and end by a power failure or by closing. */
static uint64_t bridge_one(const struct asst_sim *disk, const struct asst_sim_want *before,
			   size_t size, char said[256])
{
	const struct asst__file_options *options = &before->work->config->options;
	struct asst_sim *again = asst_sim_copy(disk, false), *found;
	struct asst_sim_want want = *before;
	struct asst_sim_mem mem;
	asst_backend backend;
	uint64_t calls;

	asst_sim_mem_init(&mem);
	if (asst_sim_open(&backend, again, &mem, options, NULL) == ASST_OK) {
		if (asst_sim_probe(&backend, &mem.mem, 0, size, &want.highest[0], NULL))
			(void)snprintf(said, 256, "a further batch fails");
		found = asst_sim_crash(again, asst_sim_images(again) + size);
		(void)asst__backend_destroy(&backend, NULL);
		if (!said[0])
			(void)asst_sim_verify(found, &want, &calls, said);
		want.probe = want.highest[0];
		want.probe_size = size;
		if (!said[0])
			(void)asst_sim_verify(again, &want, &calls, said);
		asst_sim_free(found);
	}
	asst_sim_free(again);
	return 2;
}

/* Sizes that make a frame as large as one that was pending, whatever lies around the value. */
uint64_t asst_sim_bridge(const struct asst_sim *before, const struct asst_sim *disk,
			 const struct asst_sim_want *want, char said[256])
{
	uint64_t checked = 0;
	size_t tried = 0;

	said[0] = '\0';
	for (size_t i = 0; i < before->inode_count; i++) {
		const struct asst_sim_inode *inode = &before->inodes[i];

		for (size_t j = 0; inode->log && j < inode->count && tried < 3; j++) {
			size_t frame = inode->writes[j].size;

			if (frame < 64 || frame > ASST_SIM_VALUE)
				continue;
			for (size_t around = 64; around <= 144 && around <= frame; around += 8) {
				if (!said[0])
					checked += bridge_one(disk, want, frame - around, said);
			}
			tried++;
		}
	}
	return checked;
}
