/** How large a cluster has to be for a stream of pairs, by measured constants. */
package io.pairstream.tools.size;
