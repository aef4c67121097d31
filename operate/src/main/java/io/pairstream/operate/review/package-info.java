/**
 * What people decide about pairs in quarantine, and how those come again: with the decision on
 * record, by the same outputs as any other pair.
 */
package io.pairstream.operate.review;
