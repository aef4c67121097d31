/**
 * What the processes of a data set say of themselves, and what is known of the cluster under them:
 * the operators' overview and the topology as a picture with figures.
 */
package io.pairstream.operate.instances;
