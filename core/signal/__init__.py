"""Convolution and pooling, one window at a time: all the arithmetic, and no screen."""
