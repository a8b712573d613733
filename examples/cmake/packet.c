#include <WinSock2.h>
#include "packet.h"

BOOL post(HANDLE port, const PACKET *packet)
{
    return PostQueuedCompletionStatus(port, packet->bytes, packet->key, NULL);
}
