/**
 * A cluster that is there to be hurt: three brokers, a registry, preprocessing instances and front
 * outputs, each a process of its own, and what takes them away and brings them back. It knows
 * nothing of the load, nor of what should have become of it.
 */
package io.pairstream.chaos.cluster;
