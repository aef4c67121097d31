/** Whether this machine, its image workers and a cluster are fit for Pairstream. */
package io.pairstream.doctor;
