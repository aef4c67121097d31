/**
 * Where a limit on an answer or a measure divides the data set: how many pairs lie on each side of
 * it, and which are the nearest.
 */
package io.pairstream.operate.threshold;
