"""Tests of Steward: they mirror app/ and skills/, and use real parts where there are any."""
