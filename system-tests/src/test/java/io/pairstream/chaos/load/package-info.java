/**
 * Records that a harness sends while it hurts the platform, and the list of what was acknowledged.
 * Knows producers and records, and nothing of faults or of what becomes of a pair.
 */
package io.pairstream.chaos.load;
