#include "CPasswordList.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const uint8_t list[] = {
#embed "passwords.txt"
};

size_t signet_password_list_count(void) { return sizeof list; }

uint8_t signet_password_list_byte(size_t index) { return index < sizeof list ? list[index] : 0; }
