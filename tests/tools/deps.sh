#!/bin/sh
# SPDX-License-Identifier: MIT
# Install what the library and its tests need and pkg-config does not find. Does nothing
# when all is there. CC and PKG_CONFIG say which compiler and pkg-config are meant.
set -eu

cc=${CC:-cc}
pkg_config=${PKG_CONFIG:-pkg-config}

has() {
	command -v "$1" >/dev/null 2>&1
}

# What is missing, of what must be there.
missing() {
	# the first words: CC may be "ccache gcc"
	has "${cc%% *}" || printf ' %s' "${cc%% *}"
	has make || has gmake || printf ' make'
	if has "${pkg_config%% *}"; then
		for package in libcjson uuid cmocka; do
			$pkg_config --exists "$package" || printf ' %s' "$package"
		done
	else
		printf ' %s libcjson uuid cmocka' "${pkg_config%% *}"
	fi
}

# What is missing, of what only some checks need.
missing_optional() {
	for program in mandoc python3; do
		has "$program" || printf ' %s' "$program"
	done
	has g++ || has c++ || printf ' g++'
	# the name is that of Debian's package: nobody else is asked for it
	has "${pkg_config%% *}" && $pkg_config --exists libsodium || printf ' libsodium-dev'
}

names() {
	cat <<END
  Debian, Ubuntu  apt-get install gcc g++ libc6-dev make pkg-config libcjson-dev uuid-dev libcmocka-dev libsodium-dev mandoc python3
  Fedora          dnf install gcc gcc-c++ make pkgconf-pkg-config cjson-devel libuuid-devel libcmocka-devel libsodium-devel mandoc python3
  Alpine          apk add build-base pkgconf cjson-dev util-linux-dev cmocka-dev libsodium-dev mandoc python3
  Arch            pacman -S base-devel cjson util-linux-libs cmocka libsodium mandoc python
  Homebrew        brew install pkgconf cjson util-linux cmocka libsodium mandoc
END
}

need=$(missing)
want=$(missing_optional)
if [ -z "$need" ] && [ -z "$want" ]; then
	exit 0
fi

installer=
for program in apt-get dnf apk pacman brew; do
	if has "$program"; then
		installer=$program
		break
	fi
done
# Only apt-get is asked for what is merely wanted.
if [ -z "$need" ] && [ "$installer" != apt-get ]; then
	echo "deps: some checks will be skipped without:$want"
	exit 0
fi

sudo=
if [ "$installer" != brew ] && [ "$(id -u)" -ne 0 ]; then
	if has sudo; then
		sudo=sudo
	elif [ -z "$need" ]; then
		echo "deps: some checks will be skipped without:$want"
		exit 0
	else
		installer=
	fi
fi
if [ -z "$installer" ]; then
	{
		echo "deps: missing:$need"
		echo "deps: nothing here can install packages (no known installer, or neither root nor sudo)."
		echo "deps: install these, then try again:"
		names
	} >&2
	exit 1
fi

apt() {
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get -q -y "$@" </dev/null
}

# Lists and mirrors fail in passing: what must be there is worth a second try.
apt_twice() {
	apt "$@" || { [ -n "$need" ] && sleep 5 && apt "$@"; }
}

install_all() {
	case $installer in
	apt-get)
		apt_twice update || echo "deps: apt-get update failed, going on with what is known" >&2
		if [ -n "$need" ]; then
			apt_twice install --no-install-recommends gcc libc6-dev make pkg-config \
				libcjson-dev uuid-dev libcmocka-dev || return 1
		fi
		if [ -n "$want" ]; then
			# shellcheck disable=SC2086
			apt install --no-install-recommends $want ||
				echo "deps: some checks will be skipped without:$want"
		fi
		;;
	dnf) $sudo dnf -y install gcc gcc-c++ make pkgconf-pkg-config cjson-devel libuuid-devel libcmocka-devel ;;
	apk) $sudo apk add --no-cache build-base pkgconf cjson-dev util-linux-dev cmocka-dev ;;
	pacman) $sudo pacman -Sy --noconfirm --needed base-devel pkgconf cjson util-linux-libs cmocka ;;
	brew) brew install pkgconf cjson util-linux cmocka ;;
	esac
}

echo "deps: installing what is missing:$need$want"
if ! install_all; then
	echo "deps: $installer failed; install these by hand, then try again:" >&2
	names >&2
	exit 1
fi
need=$(missing)
if [ -n "$need" ]; then
	echo "deps: still missing after installing:$need" >&2
	names >&2
	exit 1
fi
