/**
 * People's decisions about pairs in quarantine, and how the pairs come again: with the decision on
 * record, by the same outputs as any other pair.
 */
package io.pairstream.curation.review;
