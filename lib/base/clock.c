/* SPDX-License-Identifier: MIT */
/* Time: the clock, and RFC 3339 text in the proleptic Gregorian calendar. */
#include "base/clock.h"

#include <stdbool.h>
#include <time.h>

#define MS_PER_DAY INT64_C(86400000)
#define MS_PER_MINUTE INT64_C(60000)
#define DAYS_TO_1970 719528 /* from 0000-01-01 */
#define FIRST_MS INT64_C(-62167219200000) /* 0000-01-01T00:00:00.000Z */
#define LAST_MS INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */

/* What is left of a text that is read from its start. */
struct cursor {
	const char *at;
	const char *end;
};

int64_t asst__clock_now(const struct asst__clock *clock)
{
	struct timespec now;

	if (clock->now != NULL)
		return clock->now(clock->user);
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + (int64_t)now.tv_nsec / 1000000;
}

static bool leap_year(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int month_days(int year, int month)
{
	static const unsigned char days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && leap_year(year));
}

/* Days from 0000-01-01 to the first day of a year. */
static int year_start(int year)
{
	return year * 365 + (year + 3) / 4 - (year + 99) / 100 + (year + 399) / 400;
}

static char *print_digits(char *out, int value, int width)
{
	for (int i = width; i-- > 0; value /= 10)
		out[i] = (char)('0' + value % 10);
	return out + width;
}

void asst__time_print(char out[ASST__TIME_SIZE + 1], int64_t ms)
{
	int days, rest, year, month = 1;

	if (ms < FIRST_MS)
		ms = FIRST_MS;
	if (ms > LAST_MS)
		ms = LAST_MS;
	ms -= FIRST_MS;
	days = (int)(ms / MS_PER_DAY);
	rest = (int)(ms % MS_PER_DAY);
	/* A year's mean length finds it or the one after it. */
	year = (int)((int64_t)days * 400 / 146097);
	if (year_start(year) > days)
		year--;
	else if (year_start(year + 1) <= days)
		year++;
	days -= year_start(year);
	for (; days >= month_days(year, month); month++)
		days -= month_days(year, month);

	out = print_digits(out, year, 4);
	*out++ = '-';
	out = print_digits(out, month, 2);
	*out++ = '-';
	out = print_digits(out, days + 1, 2);
	*out++ = 'T';
	out = print_digits(out, rest / 3600000, 2);
	*out++ = ':';
	out = print_digits(out, rest / 60000 % 60, 2);
	*out++ = ':';
	out = print_digits(out, rest / 1000 % 60, 2);
	*out++ = '.';
	out = print_digits(out, rest % 1000, 3);
	*out++ = 'Z';
	*out = '\0';
}

static bool take(struct cursor *c, char wanted)
{
	if (c->at == c->end || *c->at != wanted)
		return false;
	c->at++;
	return true;
}

static bool take_digit(struct cursor *c, int *digit)
{
	if (c->at == c->end || *c->at < '0' || *c->at > '9')
		return false;
	*digit = *c->at++ - '0';
	return true;
}

static bool take_number(struct cursor *c, int width, int least, int most, int *value)
{
	*value = 0;
	while (width-- > 0) {
		int digit;

		if (!take_digit(c, &digit))
			return false;
		*value = *value * 10 + digit;
	}
	return *value >= least && *value <= most;
}

/* Days from 1970-01-01. */
static bool take_date(struct cursor *c, int *days)
{
	int year, month, day;

	if (!take_number(c, 4, 0, 9999, &year) || !take(c, '-') ||
	    !take_number(c, 2, 1, 12, &month) || !take(c, '-') ||
	    !take_number(c, 2, 1, month_days(year, month), &day))
		return false;
	*days = year_start(year) - DAYS_TO_1970 + day - 1;
	while (--month > 0)
		*days += month_days(year, month);
	return true;
}

/* Milliseconds of the day. */
static bool take_time(struct cursor *c, int *ms)
{
	int hour, minute, second, digit, fraction = 0;

	if (!take_number(c, 2, 0, 23, &hour) || !take(c, ':') ||
	    !take_number(c, 2, 0, 59, &minute) || !take(c, ':') ||
	    !take_number(c, 2, 0, 60, &second))
		return false;
	if (take(c, '.')) {
		if (!take_digit(c, &digit))
			return false;
		fraction = digit * 100;
		for (int unit = 10; take_digit(c, &digit); unit /= 10)
			fraction += digit * unit;
	}
	if (second == 60) {
		second = 59;
		fraction = 999;
	}
	*ms = ((hour * 60 + minute) * 60 + second) * 1000 + fraction;
	return true;
}

/* Minutes east of UTC. */
static bool take_offset(struct cursor *c, int *offset)
{
	bool west;
	int hours, minutes;

	*offset = 0;
	if (take(c, 'Z') || take(c, 'z'))
		return true;
	west = take(c, '-');
	if ((!west && !take(c, '+')) || !take_number(c, 2, 0, 23, &hours) || !take(c, ':') ||
	    !take_number(c, 2, 0, 59, &minutes))
		return false;
	*offset = hours * 60 + minutes;
	if (west)
		*offset = -*offset;
	return true;
}

int asst__time_parse(int64_t *ms, const char *text, size_t size)
{
	struct cursor c = {text, text + size};
	int days, day_ms, offset;

	if (!take_date(&c, &days) || (!take(&c, 'T') && !take(&c, 't')) ||
	    !take_time(&c, &day_ms) || !take_offset(&c, &offset) || c.at != c.end)
		return -1;
	*ms = days * MS_PER_DAY + day_ms - offset * MS_PER_MINUTE;
	return 0;
}
