/**
 * Withdrawing what is published and rejecting what comes of it, and lifting that again. Writes
 * takedowns and watches how far the topology has carried them out; what they do is the topology's
 * own.
 */
package io.pairstream.curation.takedown;
