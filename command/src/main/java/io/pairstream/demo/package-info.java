/**
 * What the demo shows while it runs and says at its end. Counts records where they come out, as any
 * reader sees them, and knows nothing of how they are made.
 */
package io.pairstream.demo;
