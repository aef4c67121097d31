/** Looking at what was turned away: newest entries, one entry in full, and the original image. */
package io.pairstream.operations.quarantine;
