/** Whole-process measurements. Nothing here decides whether a test passes. */
package io.pairstream.benchmarks;
