"""A loader: its settings, the threads that make its batches, its figures and reports."""
