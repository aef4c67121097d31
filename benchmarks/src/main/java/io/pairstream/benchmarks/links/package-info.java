/**
 * Two ways for several fetchers to share a topic of links, measured on the same broker and hosts.
 */
package io.pairstream.benchmarks.links;
