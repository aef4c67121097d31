/** What waits before each group, and for how long. */
package io.pairstream.operations.lag;
