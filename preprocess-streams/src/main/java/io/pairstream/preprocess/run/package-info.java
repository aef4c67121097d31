/** The service around the topology: its settings, and how it starts and stops. */
package io.pairstream.preprocess.run;
