"""Pooling: what a window keeps, what of it a shift survives, and where gradients go."""

from dashboard.learn import page, pooling_state

page.show("Pooling", pooling_state.CHOOSER, pooling_state.link_faults())
