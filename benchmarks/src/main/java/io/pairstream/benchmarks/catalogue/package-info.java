/** What the operators' catalogue of pairs costs. */
package io.pairstream.benchmarks.catalogue;
