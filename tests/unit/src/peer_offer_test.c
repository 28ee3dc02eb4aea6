#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "config.h"
#include "peer_offer.h"

/* Keys that differ are met with silence: what is said of it names the key. */
static void
silence_is_explained(void **state)
{
	const struct config_session plain = { .connect = true };
	const struct config_session md5 = { .guard.password = "swordfish" };
	const struct config_session ao = { .guard.ao_key = "swordfish" };

	(void)state;
	assert_string_equal(peer_session_config(&plain, 0).unanswered, "no answer");
	assert_string_equal(peer_session_config(&md5, 0).unanswered,
	    "no answer: has the neighbor the same password?");
	assert_string_equal(peer_session_config(&ao, 0).unanswered,
	    "no answer: has the neighbor the same ao-key, algorithm and ids?");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(silence_is_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
