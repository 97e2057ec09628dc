"""Convolution: what the kernel sees and what it answers, one window at a time."""

from __future__ import annotations

from dashboard import parts
from dashboard.components.copy_link import copy_link
from dashboard.learn import predict, views

view = views.chosen()
with parts.page_header("Convolution", view.caption):
    views.choose()
    predict.switch(views.PREFIX)
    copy_link("convolution_copy")
view.show()
