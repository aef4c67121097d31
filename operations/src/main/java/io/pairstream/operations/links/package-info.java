/** Links that failed, sent once more on demand. */
package io.pairstream.operations.links;
