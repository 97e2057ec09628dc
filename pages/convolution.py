"""Convolution: what the kernel sees and what it answers, one window at a time."""

from dashboard.learn import convolution_state, page
from dashboard.learn.views import CHOOSER

page.show("Convolution", CHOOSER, convolution_state.link_faults())
