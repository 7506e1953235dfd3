/* SPDX-License-Identifier: MIT */
/* The whole API, but for sys/, which is for people who write a backend, a keyring, a catalog or an allocator. */
#ifndef ASSISTANT_ASSISTANT_H
#define ASSISTANT_ASSISTANT_H

#include <assistant/access.h>
#include <assistant/assistants.h>
#include <assistant/base.h>
#include <assistant/buf.h>
#include <assistant/credential.h>
#include <assistant/def.h>
#include <assistant/directory.h>
#include <assistant/draft.h>
#include <assistant/error.h>
#include <assistant/feed.h>
#include <assistant/history.h>
#include <assistant/list.h>
#include <assistant/secret.h>
#include <assistant/session.h>
#include <assistant/share.h>
#include <assistant/store.h>
#include <assistant/trash.h>
#include <assistant/version.h>

#endif
