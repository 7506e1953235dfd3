/* SPDX-License-Identifier: MIT */
/* CRC32C (Castagnoli, RFC 3720 appendix B.4): by SSE4.2 where the machine has it, else by tables. */
#ifndef ASST_BASE_CRC32C_H
#define ASST_BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* Continue crc over size bytes; start with 0. asst__crc32c(0, "123456789", 9) is 0xE3069283. */
uint32_t asst__crc32c(uint32_t crc, const void *data, size_t size);

#endif
