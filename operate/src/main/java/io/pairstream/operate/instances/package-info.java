/**
 * Reports of a data set's processes on themselves, and the state of the cluster under them: the
 * operators' overview and the topology as a picture with figures.
 */
package io.pairstream.operate.instances;
