"""What ConvLens must reach, measured side by side in one run: `python -m benchmarks [NAME ...]`."""
