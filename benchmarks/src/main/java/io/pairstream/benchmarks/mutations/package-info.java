/**
 * The image workers under a storm of damaged files: what they must never do is give a wrong
 * picture.
 */
package io.pairstream.benchmarks.mutations;
