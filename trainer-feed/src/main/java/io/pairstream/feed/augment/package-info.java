/**
 * Random changes of training pictures that can be repeated: each is a pure function of the picture,
 * its pair id, the epoch and a seed. Whole-number arithmetic throughout, so that every machine and
 * every language comes to the same pixels. Knows nothing of records, batches or tensors.
 */
package io.pairstream.feed.augment;
