/**
 * What is to be thought of a series of looks at a partition. Pure: no clock, no broker; the time is
 * in the samples.
 */
package io.pairstream.operations.lag.verdict;
