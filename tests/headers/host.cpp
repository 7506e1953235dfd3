// SPDX-License-Identifier: MIT
// A C++11 program as a host: the headers link, and handles fit smart pointers.
#include <assistant/assistant.h>
#include <assistant/sys/alloc.h>
#include <assistant/sys/backend.h>

#include <cstring>
#include <memory>

template <typename T, void (*release)(T *)> struct releaser {
	void operator()(T *handle) const
	{
		release(handle);
	}
};
template <typename T, void (*release)(T *)> using handle = std::unique_ptr<T, releaser<T, release>>;

int main()
{
	handle<asst_error, asst_error_free> err(asst_error_new());
	handle<asst_store_opts, asst_store_opts_free> opts(asst_store_opts_new());
	handle<asst_def, asst_def_free> def;
	asst_backend table;
	asst_def *made = nullptr;

	if (asst_store_opts_set_text(opts.get(), "limits", "prose", err.get()) != ASST_OK)
		return 1;
	if (asst_def_new(&made, err.get()) != ASST_OK)
		return 2;
	def.reset(made);
	if (asst_def_set_text(def.get(), "name", "C++", ASST_NUL, err.get()) != ASST_OK)
		return 3;
	std::size_t size = 0;
	const char *name = asst_def_name(def.get(), &size);
	if (size != 3 || std::strcmp(name, "C++") != 0)
		return 4;
	if (asst_backend_init(&table, sizeof table, err.get()) != ASST_OK ||
	    table.size != sizeof table)
		return 5;
	return asst_error_status(err.get()) == ASST_OK ? 0 : 6;
}
