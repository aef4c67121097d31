/**
 * Looking at what was rejected: newest entries, one entry in full, and the original image or the
 * link.
 */
package io.pairstream.operations.quarantine;
