"""What the pages Convolution and Pooling are made of."""
