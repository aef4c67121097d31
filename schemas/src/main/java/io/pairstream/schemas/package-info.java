/** The records that travel on the topics, the words they use, and the identity of a pair. */
package io.pairstream.schemas;
