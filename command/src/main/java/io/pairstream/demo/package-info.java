/**
 * The demo: its progress while it runs, and its summary. Counts records where they come out, as any
 * reader sees them, and knows nothing of how they are made.
 */
package io.pairstream.demo;
