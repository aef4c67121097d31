/** Reading a prepared pair from its bytes, without the copies that a general reader makes. */
package io.pairstream.feed.record;
