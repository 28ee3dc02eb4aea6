"""A switch with BIRD of another release of Debian: conf/bird/bird.conf as shipped."""

import harness


class SuiteSwitch:
    """Makes labs with a speaker's BIRD in the switch; the peers have the installed one."""

    def __init__(self, speaker):
        self.speaker = speaker

    def obstacle(self):
        """Why the lab cannot be built here, or None."""
        return self.speaker.missing()

    def start(self):
        """A lab that has not started anything yet; for `with`."""
        lab = harness.start()
        lab.bird_command = (*self.speaker.before, self.speaker.program())
        lab.birdc_command = (*self.speaker.before, self.speaker.client())
        lab.bird_reload = self.speaker.reload
        return lab
